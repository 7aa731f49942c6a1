// Defines the crash report, and the line that carries it from the supervisor to the process that serves the crash page. Knows
// neither how a report is built nor how it is shown.

/** The lines around an error, with the line of the error marked. */
export interface CodeFrame {
  /** Relative to the working directory. */
  readonly path: string;
  readonly line: number;
  readonly column: number | undefined;
  readonly code: string;
}

/** Why the program is down. */
export interface Report {
  /** `app.js failed with exit code 1`. */
  readonly title: string;
  /** The error with its stack, if it is known. */
  readonly error: string | undefined;
  readonly frame: CodeFrame | undefined;
  /** Files whose change restarts the program, relative to the working directory; a missing file comes first. */
  readonly waitingFor: readonly string[];
  /** Number of files besides these. */
  readonly others: number;
}

/** The line of a report. */
export function encodeReport(report: Report): string {
  return `${JSON.stringify(report)}\n`;
}

/** The report in a line of {@link encodeReport}. */
export function parseReport(line: string): Report {
  return JSON.parse(line) as Report;
}
