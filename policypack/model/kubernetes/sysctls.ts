/** Sysctls that Kubernetes calls safe (Pod Security Standards, baseline): they stay inside the pod. */
export const SAFE_SYSCTLS: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

/** What a user plane forwards by. No look-around: CEL reads it too (RE2). */
export const USER_PLANE_SYSCTL = /^net\.(ipv4\.ip_forward|ipv6\.conf\.all\.(forwarding|disable_ipv6)|ipv4\.conf\.[^.]+\.rp_filter)$/;
