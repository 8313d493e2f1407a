/** Share links of a file: a new one, and those there are. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { StoredFile } from "../api/files";
import { listLinks, makeLink } from "../api/links";
import { outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { Secret } from "../ui/Secret";
import { Select } from "../ui/Select";
import { after } from "../ui/typing";
import { usePending } from "../ui/usePending";
import { LinkRow } from "./LinkRow";
import { linksKey } from "./known";
import { type Lifetime, MOST_DOWNLOADS, PASSWORD, USUAL, inOrder, refusedTerms, termsOf } from "./terms";

const LOOK_EVERY_MS = 10_000;

export function LinkSection({ file, canShare }: { file: StoredFile; canShare: boolean }) {
  // Nothing is told live of what strangers do.
  const query = useQuery({
    queryKey: linksKey(file.id),
    queryFn: () => listLinks(file.id),
    refetchInterval: LOOK_EVERY_MS,
  });
  const words = text.files.links;
  return (
    <>
      <p className="quiet">{canShare ? words.about : words.guests}</p>
      {canShare && <LinkForm file={file} />}
      <Loaded query={query}>
        {(links) =>
          links.length === 0 ? (
            canShare && <p className="quiet">{words.none}</p>
          ) : (
            <ul className="rows" aria-label={words.list}>
              {inOrder(links).map((link) => (
                <LinkRow key={link.id} file={file} link={link} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function LinkForm({ file }: { file: StoredFile }) {
  const [wishes, setWishes] = useState(USUAL);
  const [address, setAddress] = useState<string | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.files.links;
  async function submit() {
    setAddress(null);
    try {
      setAddress((await makeLink(file.id, termsOf(wishes, Date.now()))).url);
    } catch (error) {
      throw refusedTerms(error);
    }
    setWishes(after(wishes, USUAL));
    outdated(linksKey(file.id));
  }
  return (
    <form className="form" onSubmit={(event) => (event.preventDefault(), void run(submit))}>
      <div className="side-by-side">
        <Select
          label={words.lasts}
          value={wishes.lifetime}
          options={Object.entries(words.lifetimes)}
          onChange={(lifetime) => setWishes({ ...wishes, lifetime: lifetime as Lifetime })}
        />
        <Field
          label={words.limit}
          type="number"
          min={1}
          max={MOST_DOWNLOADS}
          step={1}
          value={wishes.limit}
          onChange={(event) => setWishes({ ...wishes, limit: event.target.value })}
        />
      </div>
      <Field
        label={words.password}
        hint={words.passwordHint}
        type="password"
        autoComplete="new-password"
        minLength={PASSWORD.shortest}
        maxLength={PASSWORD.longest}
        value={wishes.password}
        onChange={(event) => setWishes({ ...wishes, password: event.target.value })}
      />
      <ProblemLine problem={problem} />
      {address && <Secret label={words.link} value={address} testId="link-address" />}
      <div className="buttons">
        <button type="submit" className="button button-primary" disabled={isPending}>
          {words.make}
        </button>
      </div>
    </form>
  );
}
