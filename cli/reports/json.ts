import type { ReportWriter } from "./report";

/** Findings in one piece of the report: pieces of plain ASCII are written far faster than one long text that is not. */
const PIECE = 64;

/** One finding a line: easy to compare line by line, and a third smaller than with every field on its own. */
export const json: ReportWriter = ({ findings, ...head }) => {
  const text = JSON.stringify({ ...head, findings: [] }, undefined, 2);
  if (findings.length === 0) return `${text}\n`;
  const pieces = [text.replace(/"findings": \[\]\n\}$/, '"findings": [\n')];
  for (let start = 0; start < findings.length; start += PIECE) {
    const lines = findings.slice(start, start + PIECE).map((finding) => `    ${JSON.stringify(finding)}`);
    pieces.push(lines.join(",\n"), start + PIECE < findings.length ? ",\n" : "\n");
  }
  pieces.push("  ]\n}\n");
  return pieces;
};
