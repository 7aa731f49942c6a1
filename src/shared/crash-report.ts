// What is told while the program is down: the report, and the line that carries it from the supervisor to the process
// that serves the crash page. Knows neither how a report is made nor how it is shown.

/** A few lines of a file of the program's, the one that is meant marked. */
export interface CodeFrame {
  /** Relative to the working directory. */
  readonly path: string;
  readonly line: number;
  readonly column: number | undefined;
  readonly code: string;
}

/** Why the program is down. Everything in it is shown to whoever asks. */
export interface Report {
  /** `app.js failed with exit code 1`. */
  readonly title: string;
  /** The error with its stack, where one is known. */
  readonly error: string | undefined;
  readonly frame: CodeFrame | undefined;
  /** Files whose change starts the program again; a missing one first. */
  readonly waitingFor: readonly string[];
  /** How many files besides these. */
  readonly others: number;
}

/** The line that carries a report. */
export function encodeReport(report: Report): string {
  return `${JSON.stringify(report)}\n`;
}

/** The report in a line of {@link encodeReport}. */
export function parseReport(line: string): Report {
  const { title, error, frame, waitingFor, others } = JSON.parse(line) as Report;
  return { title, error, frame, waitingFor, others };
}
