/** What a machine's start script (EC2 user data) does that opens the machine: fetched code, SSH keys, SELinux, audit and packet filter. */

import { programsIn } from "./programs";

export interface Fault {
  readonly what: string;
  readonly seen: string;
}

const FETCH = "(?:curl|wget)\\b[^\\n|;&]*";
const SHELL = "(?:sudo\\s+(?:-\\S+\\s+)*)?(?:\\S*/)?(?:ba|da|z|k)?sh\\b|(?:sudo\\s+)?(?:\\S*/)?python[\\d.]*\\b";
const PIPED = new RegExp(`${FETCH}\\|\\s*(?:${SHELL})`);
const SUBSTITUTED = new RegExp(`(?:${SHELL}|eval|source|\\.)\\s+(?:-\\S+\\s+)*["']?(?:<\\(|\\$\\(|\`)\\s*${FETCH}`);

export function faultsIn(script: string): readonly Fault[] {
  const calls = programsIn(script);
  const found: Fault[] = [];
  const fetched = PIPED.exec(script)?.[0] ?? SUBSTITUTED.exec(script)?.[0] ?? executedDownload(script);
  if (fetched !== undefined)
    found.push({
      what: "fetches and executes what a server hands out",
      seen: fetched.replace(/https?:\/\/[^\s"']*/g, "<url>").slice(0, 120),
    });
  if (/authorized_keys|ssh_authorized_keys|(^|\s)ssh-(rsa|ed25519|dss)\s+AAAA/m.test(script))
    found.push({ what: "adds SSH keys", seen: "authorized_keys" });
  if (
    calls.some(({ program, words }) => program === "setenforce" && /^(0|Permissive)$/i.test(words[1] ?? "")) ||
    /SELINUX=(disabled|permissive)/.test(script)
  )
    found.push({ what: "switches SELinux off", seen: "setenforce 0" });
  const audit = calls.find(({ program, words }) => {
    const rest = words.slice(1).join(" ");
    return (
      (/^(systemctl|service)$/.test(program) && /\bauditd\b/.test(rest) && /\b(stop|disable|mask)\b/.test(rest)) ||
      (program === "auditctl" && /(-e\s*0|-D)/.test(rest))
    );
  });
  if (audit !== undefined) found.push({ what: "switches auditd off", seen: audit.words.join(" ").slice(0, 80) });
  const tables = calls.find(
    ({ program, words }) => /^(ip6?tables|nft)$/.test(program) && !words.some((word) => /^-(L|S|nL|nvL|vnL)|^--list|^list$/.test(word)),
  );
  if (tables !== undefined) found.push({ what: "edits iptables", seen: tables.words.join(" ").slice(0, 80) });
  return found;
}

/** A download to a file that is made executable or run afterwards. */
function executedDownload(script: string): string | undefined {
  for (const match of script.matchAll(
    /(?:curl|wget)\b[^\n;&|]*?(?:-o|-O|--output|--output-document|>)[ =]?\s*["']?([\w./~$-]+)[^\n;&|]*/g,
  )) {
    const file = match[1] ?? "";
    if (file === "-" || file === "/dev/null" || file.length < 2) continue;
    const rest = script.slice((match.index ?? 0) + match[0].length);
    const name = file.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    if (
      new RegExp(
        `chmod\\s+\\S*[x7]\\S*\\s+["']?${name}|(?:^|[\\s;&|])(?:(?:ba)?sh|source|\\.)\\s+["']?${name}|(?:^|[;&|\\n])\\s*(?:sudo\\s+)?${name}(?:\\s|$)`,
        "m",
      ).test(rest)
    )
      return match[0];
  }
  return undefined;
}
