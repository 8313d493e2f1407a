/** What went wrong, as the services say it (RFC 9457) or as the network shows it. */
import { text } from "../text";

export interface FieldError {
  field: string;
  reason: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly detail: string,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail || type);
    this.name = "Problem";
  }

  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("retry-after")) || null;
  try {
    const body = (await response.json()) as { type?: string; detail?: string; errors?: FieldError[] };
    return new Problem(response.status, body.type ?? "unknown", body.detail ?? "", body.errors ?? [], retryAfter);
  } catch {
    return new Problem(response.status, response.status >= 500 ? "unavailable" : "unknown", "", [], retryAfter);
  }
}

/** A sentence for the person in front of the screen. */
export function explain(error: unknown): string {
  if (!(error instanceof Problem)) return text.problems.unreachable;
  const known = (text.problems.byType as Record<string, string>)[error.type];
  if (error.errors.length > 0) return error.errors.map((entry) => `${entry.field}: ${entry.reason}`).join(", ");
  return known ?? (error.detail || text.problems.unknown);
}
