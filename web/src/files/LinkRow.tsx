/** A share link: what it is good for, who opened it, and its end. */
import { useCallback, useState } from "react";

import type { StoredFile } from "../api/files";
import { type Access, type Link, listAccesses, revokeLink } from "../api/links";
import { usePages } from "../live/paging";
import { outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Paged } from "../ui/Paged";
import { complain, notify } from "../ui/notices";
import { nameOf, usePeople } from "../workspaces/people";
import { linksKey } from "./known";

interface Props {
  file: StoredFile;
  link: Link;
}

export function LinkRow({ file, link }: Props) {
  const [isOpen, setOpen] = useState(false);
  const words = text.files.links;
  const people = usePeople(file.workspaceId);
  function toggle() {
    outdated(accessesKey(link));
    setOpen(!isOpen);
  }
  const facts = [words.uses(link.downloads, link.downloadLimit), words.until(link.expiresAt)];
  return (
    <li className="file-link" data-testid="link" data-state={link.state}>
      <div className="row">
        <span className="row-main">
          <strong>{words.states[link.state]}</strong>
          <small>{[...facts, ...(link.hasPassword ? [words.locked] : [])].join(" · ")}</small>
          <small>{words.made(nameOf(people, link.createdBy), link.createdAt)}</small>
          <button type="button" className="link" aria-expanded={isOpen} onClick={toggle}>
            {words.accesses}
          </button>
        </span>
        {link.state !== "revoked" && <RevokeButton link={link} />}
      </div>
      {isOpen && <AccessList link={link} />}
    </li>
  );
}

function RevokeButton({ link }: { link: Link }) {
  const [isAsking, setAsking] = useState(false);
  const words = text.files.links;
  async function revoke() {
    await revokeLink(link.id);
    outdated(linksKey(link.fileId));
    notify(words.revoked);
  }
  return (
    <>
      <button type="button" className="button" onClick={() => setAsking(true)}>
        {words.revoke}
      </button>
      <Confirm
        title={words.revokeTitle}
        description={words.revokeBody}
        action={words.revoke}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void revoke().catch(complain)}
      />
    </>
  );
}

const accessesKey = (link: Link) => [...linksKey(link.fileId), link.id];
const accessesIn = (page: { accesses: Access[] }) => page.accesses;

function AccessList({ link }: { link: Link }) {
  const fetch = useCallback((before?: string) => listAccesses(link.id, before), [link.id]);
  const pages = usePages(accessesKey(link), fetch, accessesIn, (last) => last.id);
  const words = text.files.links;
  return (
    <Paged pages={pages} none={words.noAccesses}>
      {(entries) => (
        <ul className="below" aria-label={words.accesses}>
          {entries.map((access) => (
            <li key={access.id} className="row-main" data-testid="access">
              {words.outcomes[access.outcome]}
              <small title={access.userAgent}>{words.access(access.at, access.address)}</small>
            </li>
          ))}
        </ul>
      )}
    </Paged>
  );
}
