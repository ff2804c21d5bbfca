/**
 * Passwords that everybody knows: those that cores and their data stores come with.
 * Sources: open5gs WebUI (admin/1423), free5GC WebConsole (admin/free5gc), OAI CN5G compose files (root/linux, test/test), SD-Core and Aether
 * charts, Bitnami and Docker images' documentation; read 2026-11-25.
 */

const PASSWORDS = new Set([
  "1423", "free5gc", "open5gs", "admin", "administrator", "password", "passw0rd", "p@ssw0rd", "changeme", "change-me", "changeit", "secret", "root", "toor",
  "linux", "test", "test123", "guest", "default", "mysql", "mongo", "mongodb", "postgres", "redis", "cassandra", "bitnami", "oai", "openairinterface",
  "opencord", "aether", "onos", "rocks", "rabbitmq", "minio", "minioadmin", "grafana", "prom-operator", "elastic", "kibana", "kamailio", "heslo", "welcome",
  "12345", "123456", "1234", "12345678", "123456789", "qwerty", "letmein", "user", "demo", "example", "ubuntu", "vagrant", "cisco", "nokia", "ericsson", "huawei", "zte",
]); // prettier-ignore

export function isPublishedPassword(text: string): boolean {
  return PASSWORDS.has(text.trim().toLowerCase());
}
