/** Silences somebody for a time, in one channel or everywhere. */
import { useState } from "react";

import { silence } from "../api/administration";
import type { Workspace } from "../api/types";
import { useChannels } from "../channels/listed";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Form } from "../ui/Form";
import { Modal } from "../ui/Modal";
import { Select } from "../ui/Select";
import { isDirect, useMembers, useMyId } from "../workspaces/people";

const HOUR_MS = 3_600_000;
const DURATIONS_MS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS };
type Duration = keyof typeof DURATIONS_MS;

interface Props {
  workspace: Workspace;
  /** Already chosen where the dialog is opened. */
  person?: { userId: string; name: string };
  channelId?: string;
  onClose: () => void;
}

export function SilenceDialog({ workspace, person, channelId: fixed, onClose }: Props) {
  const [userId, setUserId] = useState(person?.userId ?? "");
  const [channelId, setChannelId] = useState(fixed ?? "");
  const [duration, setDuration] = useState<Duration>("hour");
  const words = text.administration.moderation;
  const myId = useMyId();
  const members = useMembers(workspace.id).filter((member) => member.userId !== myId && member.role !== "owner");
  const channels = useChannels(workspace.id);
  async function submit() {
    const until = new Date(Date.now() + DURATIONS_MS[duration]);
    await silence(channelId ? { channelId } : { workspaceId: workspace.id }, userId, until);
    outdated(keys.silenced(workspace.id));
  }
  return (
    <Modal
      title={person ? words.silenceNamed(person.name) : words.silence}
      description={words.silenceHint}
      isOpen
      onClose={onClose}
    >
      <Form submit={submit} onDone={onClose} action={words.silence} isReady={userId !== ""} onCancel={onClose}>
        {!person && (
          <Select
            label={words.who}
            value={userId}
            options={[["", ""], ...members.map((member) => [member.userId, member.name] as const)]}
            onChange={setUserId}
          />
        )}
        {!fixed && (
          <Select
            label={words.where}
            value={channelId}
            options={[
              ["", words.everywhere],
              ...channels
                .filter((channel) => !isDirect(channel) && !channel.isArchived)
                .map((channel) => [channel.id, `#${channel.name}`] as const),
            ]}
            onChange={setChannelId}
          />
        )}
        <Select
          label={words.howLong}
          value={duration}
          options={Object.entries(words.durations)}
          onChange={(value) => setDuration(value as Duration)}
        />
      </Form>
    </Modal>
  );
}
