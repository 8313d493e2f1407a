/** That a message was edited; pressed, what it said before, where one may see that. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { listVersions } from "../api/reporting";
import type { Message } from "../api/types";
import { keys } from "../live/queries";
import { text } from "../text";
import { Loaded } from "../ui/Loaded";
import { Modal } from "../ui/Modal";
import { type People, nameOf } from "../workspaces/people";
import { Content } from "./Content";

interface Props {
  message: Message;
  people: People;
}

export function EditedMark({ message, people }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className="message-edited"
        title={text.moderation.showEdits}
        data-testid="edited"
        onClick={() => setOpen(true)}
      >
        ({text.conversation.edited})
      </button>
      {isOpen && <EditHistory message={message} people={people} onClose={() => setOpen(false)} />}
    </>
  );
}

function EditHistory({ message, people, onClose }: Props & { onClose: () => void }) {
  const found = useQuery({
    queryKey: [...keys.history(message.id), message.updatedAt],
    queryFn: () => listVersions(message.id),
  });
  const words = text.moderation;
  return (
    <Modal
      title={words.edits}
      description={words.editsOf(nameOf(people, message.userId))}
      isOpen
      onClose={onClose}
      isWide
    >
      <Loaded query={found}>
        {(versions) => (
          <ol className="versions" aria-label={words.edits}>
            {versions.map((version, place) => (
              <li key={version.version} data-testid="version">
                <time dateTime={version.writtenAt}>
                  {place === versions.length - 1 ? words.now : text.moment(new Date(version.writtenAt))}
                </time>
                <Content content={version.content} formatted={version.formattedContent} people={people} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Modal>
  );
}
