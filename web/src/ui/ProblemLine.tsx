/** What went wrong, where it did. */
export function ProblemLine({ problem }: { problem: string | null }) {
  return problem ? (
    <p role="alert" className="problem">
      {problem}
    </p>
  ) : null;
}
