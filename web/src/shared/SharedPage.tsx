/** What a share link leads to, for anybody who has one: the file, or plain words why there is none. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";

import { explain, Problem } from "../api/problem";
import { Mark } from "../session/Entrance";
import { text } from "../text";
import { Field } from "../ui/Field";
import { openShared, type SharedFile, showShared } from "./sharing";
import { size } from "./words";

const words = text.sharing;

export function SharedPage({ token }: { token: string }) {
  const link = useQuery({
    queryKey: ["shared", token],
    queryFn: () => showShared(token),
    retry: false,
    staleTime: Infinity,
  });
  const [unlocked, setUnlocked] = useState<{ file: SharedFile; password: string } | null>(null);
  if (link.isPending) return <Card title={words.title} busy={words.loading} />;
  if (link.isError) return <NoFile problem={link.error} again={() => void link.refetch()} />;
  if (unlocked) return <FileCard token={token} file={unlocked.file} password={unlocked.password} />;
  if (link.data.filename === undefined)
    return <PasswordCard token={token} onOpen={(file, password) => setUnlocked({ file, password })} />;
  return <FileCard token={token} file={link.data} password="" />;
}

function Card({ title, busy, children }: { title: string; busy?: string; children?: ReactNode }) {
  return (
    <main className="stage">
      <section className="card shared" aria-labelledby="shared-title" aria-busy={busy !== undefined}>
        <Mark />
        <h1 id="shared-title">{title}</h1>
        {busy && <p className="card-lead">{busy}</p>}
        {children}
      </section>
    </main>
  );
}

function NoFile({ problem, again }: { problem: Error; again: () => void }) {
  const status = problem instanceof Problem ? problem.status : 0;
  if (status === 404) return <Card title={words.gone}>{<p className="card-lead">{words.goneWhy}</p>}</Card>;
  const isThrottled = status === 429;
  return (
    <Card title={isThrottled ? words.tooMany : words.unreachable}>
      <p role="alert" className="problem">
        {isThrottled ? words.tooManyWhy : explain(problem)}
      </p>
      <button type="button" className="button button-primary" onClick={again}>
        {text.tryAgain}
      </button>
    </Card>
  );
}

interface PasswordProps {
  token: string;
  onOpen: (file: SharedFile, password: string) => void;
}

function PasswordCard({ token, onOpen }: PasswordProps) {
  const [password, setPassword] = useState("");
  const { isPending, problem, run } = useTry();
  const submit = () => run(async () => onOpen(await openShared(token, password), password));
  if (isOver(problem)) return <NoFile problem={problem} again={() => window.location.reload()} />;
  return (
    <Card title={words.title}>
      <p className="card-lead">{words.locked}</p>
      <form className="form" onSubmit={(event) => (event.preventDefault(), void submit())}>
        <Field
          label={words.password}
          type="password"
          name="password"
          autoComplete="off"
          required
          autoFocus
          maxLength={256}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <Trouble problem={problem} />
        <button type="submit" className="button button-primary button-large" disabled={isPending}>
          {words.unlock}
        </button>
      </form>
    </Card>
  );
}

function FileCard({ token, file, password }: { token: string; file: SharedFile; password: string }) {
  const [hasStarted, setStarted] = useState(false);
  const { isPending, problem, run } = useTry();
  const download = () =>
    run(async () => {
      // The answer says that it is to be saved, so the page stays.
      window.location.assign((await openShared(token, password)).url);
      setStarted(true);
    });
  if (isOver(problem)) return <NoFile problem={problem} again={() => window.location.reload()} />;
  return (
    <Card title={words.title}>
      <Preview file={file} />
      <div className="shared-file">
        <p className="shared-name">{file.filename}</p>
        <p className="shared-fact">{size(file.size)}</p>
        {file.expiresAt && <p className="shared-fact">{words.until(new Date(file.expiresAt))}</p>}
        {file.downloadsLeft !== null && !hasStarted && <p className="shared-fact">{words.left(file.downloadsLeft)}</p>}
      </div>
      <Trouble problem={problem} />
      <button
        type="button"
        className="button button-primary button-large"
        disabled={isPending}
        onClick={() => void download()}
      >
        {words.download}
      </button>
      <p role="status" className="shared-fact shared-status">
        {isPending ? words.starting : hasStarted ? words.started : ""}
      </p>
    </Card>
  );
}

/** A picture, where there is one. */
function Preview({ file }: { file: SharedFile }) {
  const [isThere, setThere] = useState(true);
  if (!isThere) return null;
  return (
    <img className="shared-preview" src={file.preview} alt={words.preview(file.filename)} onError={() => setThere(false)} />
  );
}

function Trouble({ problem }: { problem: Error | null }) {
  if (!problem) return null;
  const isWrong = problem instanceof Problem && problem.type === "wrong_password";
  return (
    <p role="alert" className="problem">
      {isWrong ? words.wrongPassword : explain(problem)}
    </p>
  );
}

/** The link worked a moment ago, and does not any more. */
const isOver = (problem: Error | null): problem is Problem => problem instanceof Problem && problem.status === 404;

/** One try at a time, and what went wrong with the last. */
function useTry() {
  const [isPending, setPending] = useState(false);
  const [problem, setProblem] = useState<Error | null>(null);
  async function run(work: () => Promise<void>) {
    setPending(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(error instanceof Error ? error : new Error(String(error)));
    } finally {
      setPending(false);
    }
  }
  return { isPending, problem, run };
}
