/** Lists in the sentences of findings. */

/** The first few of some names, and how many more there are: "amf, smf, udm and 4 more"; clauses are parted by "; ". */
export function listed(names: readonly string[], most = 3, between: ", " | "; " = ", "): string {
  const rest = names.length - most;
  const shown = names.slice(0, most).join(between);
  return rest > 0 ? `${shown}${between === ", " ? "" : ";"} and ${rest} more` : shown;
}
