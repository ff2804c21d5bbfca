/** Shared keys in the configuration of strongSwan and its kin: ipsec.conf, ipsec.secrets, swanctl.conf. Comments are not read. */

/** What an IPsec configuration says that lets a shared key in; never the key. */
export function sharedKeysIn(text: string): string[] {
  if (!/psk|secret|ikev1|keyexchange|version/i.test(text)) return [];
  const found: string[] = [];
  const isIpsec = /^\s*(conn\s|config\s+setup|connections\s*\{|secrets\s*\{)|\bleftid\b|\brightid\b|:\s*PSK\s/im.test(text);
  if (!isIpsec) return [];
  for (const raw of text.split("\n")) {
    const line = raw.replace(/#.*$/, "");
    if (/\b(authby|leftauth\d?|rightauth\d?)\s*=\s*(psk|secret)\b/i.test(line)) found.push("a shared key (authby)");
    if (/\bauth\s*=\s*psk\b/i.test(line)) found.push("a shared key (auth = psk)");
    if (/:\s*PSK\s+(0x|0s|")?\S/.test(line)) found.push("a shared key (PSK)");
    if (/\b(ike|ppk)(-[\w.-]+)?\s*\{[^}]*\bsecret\s*=/.test(line)) found.push("a shared key (secrets)");
    if (/\bkeyexchange\s*=\s*ikev1\b/i.test(line)) found.push("IKEv1");
  }
  return [...new Set(found)];
}
