/**
 * Connection URIs of databases: whether they carry credentials and demand TLS.
 * Source: MongoDB connection string options (tls, ssl, tlsAllowInvalid*), libpq sslmode, MySQL ssl-mode, Redis rediss://.
 */

export interface Connection {
  readonly database: string;
  readonly credentials: boolean;
  readonly tls: boolean;
  /** TLS that accepts any certificate. */
  readonly unverified: boolean;
  /** The database is in the same pod or host: there is no network to protect. */
  readonly local: boolean;
}

const URI = /^\s*([a-z+]+):\/\/(?:([^@/\s]*)@)?([^/?\s]*)(?:\/[^?\s]*)?(?:\?(\S*))?\s*$/i;

/** The facts of a URI; `undefined` for what is no database URI. */
export function readConnection(uri: string): Connection | undefined {
  const match = URI.exec(uri);
  if (match === null) return undefined;
  const [, scheme = "", user, hosts = "", query = ""] = match;
  const database = DATABASES.get(scheme.toLowerCase());
  if (database === undefined) return undefined;
  const options = new Map(
    query.split("&").map((pair): [string, string] => [(pair.split("=")[0] ?? "").toLowerCase(), (pair.split("=")[1] ?? "").toLowerCase()]),
  );
  const x509 = options.get("authmechanism") === "mongodb-x509";
  return {
    database,
    credentials: x509 || (user !== undefined && hasPassword(user, database)),
    tls: demandsTls(scheme.toLowerCase(), options),
    unverified: ["tlsallowinvalidcertificates", "tlsallowinvalidhostnames", "tlsinsecure", "sslallowinvalidcertificates"].some(
      (name) => options.get(name) === "true",
    ),
    local: hosts.split(",").every((host) => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)(:\d+)?$/i.test(host)),
  };
}

const DATABASES: ReadonlyMap<string, string> = new Map([
  ["mongodb", "MongoDB"],
  ["mongodb+srv", "MongoDB"],
  ["mysql", "MySQL"],
  ["mariadb", "MySQL"],
  ["postgres", "PostgreSQL"],
  ["postgresql", "PostgreSQL"],
  ["redis", "Redis"],
  ["rediss", "Redis"],
]);

/** `user:password`; Redis needs no user, and a variable may bring both. */
function hasPassword(userinfo: string, database: string): boolean {
  const colon = userinfo.indexOf(":");
  if (colon < 0) return userinfo.startsWith("$");
  return colon < userinfo.length - 1 && (colon > 0 || database === "Redis");
}

function demandsTls(scheme: string, options: ReadonlyMap<string, string>): boolean {
  const tls = options.get("tls") ?? options.get("ssl");
  if (scheme === "rediss") return true;
  // The srv form turns TLS on unless told otherwise.
  if (scheme === "mongodb+srv") return tls !== "false";
  if (tls === "true") return options.get("ssl") !== "false";
  return /^(require|required|verify[-_](ca|full|identity))$/.test(
    options.get("sslmode") ?? options.get("ssl-mode") ?? options.get("sslMode".toLowerCase()) ?? "",
  );
}

/** A URI as a finding may quote it: without what stands before the @. */
export function withoutCredentials(uri: string): string {
  return uri.trim().replace(/\/\/[^@/\s]*@/, "//(credentials)@");
}
