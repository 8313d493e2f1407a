/** Every channel one may read; the public ones can be joined. */
import { useEffect, useState } from "react";

import { joinChannel } from "../api/routes";
import type { ListedChannel, Workspace } from "../api/types";
import { keys, outdated } from "../live/queries";
import { goTo } from "../location";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Modal } from "../ui/Modal";
import { complain } from "../ui/notices";
import { SearchField } from "../ui/SearchField";
import { isDirect } from "../workspaces/people";
import { showOwn } from "./CreateChannelDialog";

interface Props {
  workspace: Workspace;
  channels: readonly ListedChannel[];
  isOpen: boolean;
  onClose: () => void;
}

export function BrowseDialog({ workspace, channels, isOpen, onClose }: Props) {
  const [search, setSearch] = useState("");
  // Nobody is told of a channel that others made: the list is only as fresh as its last fetch.
  useEffect(() => void (isOpen && outdated(keys.channels(workspace.id))), [isOpen, workspace.id]);
  const wanted = search.trim().toLowerCase();
  const found = channels.filter((channel) => !isDirect(channel) && (channel.name ?? "").toLowerCase().includes(wanted));
  async function join(channel: ListedChannel) {
    try {
      await joinChannel(channel.id);
      showOwn(channel);
      onClose();
    } catch (error) {
      complain(error);
    }
  }
  return (
    <Modal title={text.channels.browse} isOpen={isOpen} onClose={onClose} isWide>
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
                onClick={() => (goTo(workspace.id, channel.id), onClose())}
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
    </Modal>
  );
}
