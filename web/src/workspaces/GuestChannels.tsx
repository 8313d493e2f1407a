/** Into which channels guests are let: they see no others. */
import { useChannels } from "../channels/listed";
import { text } from "../text";
import { Tick } from "../ui/Tick";
import { isDirect } from "./people";

const MOST = 50;

interface Props {
  workspaceId: string;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function GuestChannels({ workspaceId, chosen, onChange }: Props) {
  const mine = useChannels(workspaceId).filter((each) => each.isMember && !isDirect(each) && !each.isArchived);
  const words = text.invite;
  const tick = (id: string, isWanted: boolean) =>
    onChange(isWanted ? [...chosen, id] : chosen.filter((other) => other !== id));
  return (
    <fieldset className="ticks ticks-tall">
      <legend>{words.guestChannels}</legend>
      {mine.map((channel) => (
        <Tick
          key={channel.id}
          label={channel.name ?? ""}
          checked={chosen.includes(channel.id)}
          disabled={chosen.length >= MOST && !chosen.includes(channel.id)}
          onChange={(isWanted) => tick(channel.id, isWanted)}
        />
      ))}
      <p className="field-hint">{words.guestChannelsHint}</p>
    </fieldset>
  );
}
