/** What those decide who manage a channel. */
import { useState } from "react";

import { type ChannelSettings as Change, changeChannel } from "../api/administration";
import type { Channel, ListedChannel, Workspace } from "../api/types";
import { keys, outdated, renew } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Field } from "../ui/Field";
import { complain, notify } from "../ui/notices";
import { ProblemLine } from "../ui/ProblemLine";
import { Select } from "../ui/Select";
import { usePending } from "../ui/usePending";
import { changesIn, useWritten } from "../ui/useWritten";
import { isAdmin } from "../workspaces/roles";
import { ChannelRetention } from "./ChannelRetention";
import { ChannelRights } from "./ChannelRights";

interface Props {
  workspace: Workspace;
  channel: ListedChannel;
  known: Channel;
  isChannelAdmin: boolean;
}

export function ChannelSettings({ workspace, channel, known, isChannelAdmin }: Props) {
  if (channel.isArchived) return <Unarchive channel={channel} />;
  return (
    <>
      <NameForm channel={known} />
      <ChannelRights workspace={workspace} channel={channel} isChannelAdmin={isChannelAdmin} />
      <SlowMode channel={known} />
      {isAdmin(workspace.role) && <ChannelRetention channelId={channel.id} workspaceId={workspace.id} />}
      <Archive channel={channel} />
    </>
  );
}

async function decide(channel: Channel, change: Change): Promise<void> {
  await changeChannel(channel.id, change);
  outdated(keys.channels(channel.workspaceId));
  await renew(keys.info(channel.id));
  notify(text.administration.saved);
}

function NameForm({ channel }: { channel: Channel }) {
  const name = useWritten(channel.name ?? "");
  const description = useWritten(channel.description ?? "");
  const { isPending, problem, run } = usePending();
  const words = text.administration.channel;
  const save = async () => {
    await decide(channel, changesIn({ name, description }));
    name.saved();
    description.saved();
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(save);
      }}
    >
      <Field
        label={words.name}
        required
        maxLength={255}
        value={name.value}
        onChange={(event) => name.write(event.target.value)}
      />
      <Field
        label={words.description}
        maxLength={2000}
        value={description.value}
        onChange={(event) => description.write(event.target.value)}
      />
      <ProblemLine problem={problem} />
      <div className="buttons">
        <button
          type="submit"
          className="button"
          disabled={isPending || !(name.isChanged || description.isChanged) || !name.value.trim()}
        >
          {words.save}
        </button>
      </div>
    </form>
  );
}

function SlowMode({ channel }: { channel: Channel }) {
  const { isPending, problem, run } = usePending();
  const words = text.administration.moderation;
  const seconds = channel.slowModeSeconds ?? 0;
  const steps = Object.entries(words.slowSteps).map(([step, name]) => [step, name] as const);
  const own = String(seconds) in words.slowSteps ? [] : [[String(seconds), words.otherSeconds(seconds)] as const];
  return (
    <>
      <Select
        label={words.slow}
        hint={words.slowHint}
        value={String(seconds)}
        options={[...steps, ...own]}
        disabled={isPending}
        onChange={(value) => void run(() => decide(channel, { slowModeSeconds: Number(value) }))}
      />
      <ProblemLine problem={problem} />
    </>
  );
}

function Archive({ channel }: { channel: Channel }) {
  const [isAsking, setAsking] = useState(false);
  const words = text.administration.channel;
  return (
    <>
      <button type="button" className="button button-danger" onClick={() => setAsking(true)}>
        {words.archive}
      </button>
      <Confirm
        title={words.archiveTitle(channel.name ?? "")}
        description={words.archiveBody}
        action={words.archiveAction}
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => void decide(channel, { isArchived: true }).catch(complain)}
      />
    </>
  );
}

function Unarchive({ channel }: { channel: Channel }) {
  return (
    <button
      type="button"
      className="button"
      onClick={() => void decide(channel, { isArchived: false }).catch(complain)}
    >
      {text.administration.channel.unarchive}
    </button>
  );
}
