/** Programs by which intruders live off the land, among those that a command line or script starts. */

import type { Invocation } from "./programs";

/** Programs that fetch, connect, capture, scan, reach the cluster, change its network, or install more. */
const TOOLS = new Set([
  "curl", "wget", "nc", "ncat", "netcat", "socat", "tcpdump", "tshark", "dumpcap", "nmap", "masscan", "ssh", "scp", "sftp",
  "telnet", "kubectl", "crictl", "ctr", "docker", "iptables", "ip6tables", "iptables-restore", "iptables-legacy", "iptables-nft",
  "apt", "apt-get", "apk", "yum", "dnf", "microdnf", "tdnf", "zypper", "pip", "pip3", "npm", "gem", "rpm", "dpkg", "aria2c", "ftp",
  "tftp", "rsync", "ngrok", "chisel", "frpc",
]); // prettier-ignore

/** Debian's names of one tool's variants: nc.openbsd, nc.traditional. */
const VARIANT = /\.(openbsd|traditional|legacy)$/;

const NAT = /^ip6?tables(-.*)?$/;
const PROBING = new Set(["curl", "wget", "nc", "ncat", "netcat", "kubectl"]);

/** Interpreters that are given a program in the command line or on standard input, decoders that hide one, clients that open a connection. */
const INLINE: readonly (readonly [RegExp, RegExp])[] = [
  [/^python[\d.]*$/, /^-[a-zA-Z]*c|^-$/],
  [/^(perl|ruby|lua|node|nodejs)$/, /^-[a-zA-Z]*e|^--eval$|^-$/],
  [/^php$/, /^-[a-zA-Z]*r/],
  [/^base64$/, /^(-[a-zA-Z]*[dD]|--decode)/],
  [/^openssl$/, /^s_(client|server)$/],
];

export function isTool({ program, words }: Invocation): boolean {
  return (
    TOOLS.has(program.replace(VARIANT, "")) ||
    INLINE.some(([name, option]) => name.test(program) && words.slice(1).some((word) => option.test(word)))
  );
}

/** Whether an invocation changes the node's or pod's packet filter. */
export function isNat({ program }: Invocation): boolean {
  return NAT.test(program);
}

/** The shell's and awk's own way to a connection, which starts no program. */
export function opensSocket(text: string): boolean {
  return /\/dev\/(tcp|udp)\/|\/inet[46]?\/(tcp|udp)\//.test(text);
}

const LOOP = /(^|[\s;&|])(until|while|for)\s/;

export function loops(text: string): boolean {
  return LOOP.test(text);
}

/** Loops and zero-I/O checks wait; what writes a file, or hands what it fetched to a shell, does more. */
export function isWait(found: readonly Invocation[], text: string): boolean {
  const looks = found.every(
    (item) =>
      PROBING.has(item.program) &&
      !item.words.some((word, index) => /^(-[oO]|--output|--output-document)$/.test(word) && item.words[index + 1] !== "/dev/null"),
  );
  return (
    looks &&
    !/\|\s*(\S*\/)?(ba|a|da)?sh\b/.test(text) &&
    (loops(text) || found.some((item) => item.words.some((word) => /^-[a-z]*z/.test(word))))
  );
}
