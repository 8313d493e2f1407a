/** Every channel one may read; the public ones can be joined. */
import { useEffect, useState } from "react";

import { joinChannel } from "../api/routes";
import type { ListedChannel, Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { SearchField } from "../ui/SearchField";
import { useStillHere } from "../ui/stillHere";
import { isDirect } from "../workspaces/people";
import { goToChannel, listOwn } from "./CreateChannelDialog";

interface Props {
  workspace: Workspace;
  channels: readonly ListedChannel[];
  onClose: () => void;
}

export function BrowseDialog({ isOpen, ...rest }: Props & { isOpen: boolean }) {
  return (
    <Modal title={text.channels.browse} isOpen={isOpen} onClose={rest.onClose} isWide>
      <Choice {...rest} />
    </Modal>
  );
}

function Choice({ workspace, channels, onClose }: Props) {
  const [search, setSearch] = useState("");
  const isStillHere = useStillHere();
  // Nobody is told of a channel that others made: the list is only as fresh as its last fetch.
  useEffect(() => outdated(keys.channels(workspace.id)), [workspace.id]);
  const wanted = search.trim().toLowerCase();
  const found = channels.filter((channel) => !isDirect(channel) && (channel.name ?? "").toLowerCase().includes(wanted));
  const open = (channel: ListedChannel) => (goToChannel(channel), onClose());
  async function join(channel: ListedChannel) {
    try {
      await joinChannel(channel.id);
      listOwn(channel);
      if (isStillHere()) open(channel);
    } catch (error) {
      complain(error);
    }
  }
  return (
    <>
      <SearchField label={text.channels.search} value={search} onChange={setSearch} />
      <ul className="rows">
        {found.map((channel) => (
          <li key={channel.id} className="row">
            <Icon name={channel.type === "private" ? "lock" : "hash"} />
            <span className="row-main">
              <strong className="clip">{channel.name}</strong>
              {channel.description && <small className="clip">{channel.description}</small>}
            </span>
            {channel.isMember ? (
              <button
                type="button"
                className="button"
                aria-label={text.channels.openNamed(channel.name ?? "")}
                onClick={() => open(channel)}
              >
                {text.channels.open}
              </button>
            ) : (
              <button
                type="button"
                className="button button-primary"
                aria-label={text.channels.joinNamed(channel.name ?? "")}
                onClick={() => void join(channel)}
              >
                {text.channels.join}
              </button>
            )}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="quiet">{text.channels.none}</p>}
    </>
  );
}
