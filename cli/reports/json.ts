import type { ReportWriter } from "./report";

export const json: ReportWriter = (report) => `${JSON.stringify(report, undefined, 2)}\n`;
