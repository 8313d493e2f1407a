/** The channels of an import, and what to do with each. */
import type { FoundChannel, Preview } from "../api/transfers";
import type { ListedChannel } from "../api/types";
import { useChannels } from "../channels/listed";
import { text } from "../text";
import { isDirect } from "../workspaces/people";
import { type Chosen, type Way, newNameOf, wayOf } from "./choosing";

/** More would make the page slow; the others are done as suggested. */
const MOST = 500;

interface Props {
  workspaceId: string;
  preview: Preview;
  chosen: Chosen;
  onChange: (part: Partial<Chosen>) => void;
}

export function ChannelTable({ workspaceId, preview, chosen, onChange }: Props) {
  const here = useChannels(workspaceId).filter((channel) => !isDirect(channel) && !channel.isArchived);
  const words = text.transfers;
  return (
    <div className="transfer-table">
      <table>
        <caption>{words.channels}</caption>
        <thead>
          <tr>
            <th scope="col">{words.channel}</th>
            <th scope="col">{words.messages}</th>
            <th scope="col">{words.what}</th>
          </tr>
        </thead>
        <tbody>
          {preview.channels.slice(0, MOST).map((channel) => (
            <Row key={channel.key} channel={channel} here={here} chosen={chosen} onChange={onChange} />
          ))}
        </tbody>
      </table>
      {preview.channels.length > MOST && <p className="quiet">{words.more(preview.channels.length - MOST)}</p>}
    </div>
  );
}

interface RowProps {
  channel: FoundChannel;
  here: readonly ListedChannel[];
  chosen: Chosen;
  onChange: (part: Partial<Chosen>) => void;
}

function Row({ channel, here, chosen, onChange }: RowProps) {
  const words = text.transfers;
  const way = wayOf(channel, chosen);
  const choose = (chosenWay: string) => onChange({ ways: { ...chosen.ways, [channel.key]: chosenWay as Way } });
  const rename = (name: string) => onChange({ names: { ...chosen.names, [channel.key]: name } });
  return (
    <tr data-testid="import-channel">
      <td>
        <strong>{channel.name}</strong> <small className="transfer-note">{words.types[channel.type]}</small>
      </td>
      <td>
        {channel.messages.toLocaleString("en")}
        {channel.from && channel.to && <small className="transfer-note"> {words.from(channel.from, channel.to)}</small>}
      </td>
      <td>
        <select
          className="input input-small"
          aria-label={words.whatWith(channel.name)}
          value={way}
          onChange={(event) => choose(event.target.value)}
        >
          {waysFor(channel, here).map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        {way === "new" && (
          <input
            className="input input-small"
            aria-label={words.nameOf(channel.name)}
            maxLength={255}
            value={newNameOf(channel, chosen)}
            onChange={(event) => rename(event.target.value)}
          />
        )}
      </td>
    </tr>
  );
}

/** What was said in private never comes to a public channel. */
function waysFor(channel: FoundChannel, here: readonly ListedChannel[]): (readonly [Way, string])[] {
  const { actions, mergeInto, ofNobodyHere } = text.transfers;
  const skip = ["skip", actions.skip] as const;
  if (channel.isOfNobodyHere) return [["conversation", ofNobodyHere], skip];
  if (channel.action === "again" || channel.action === "conversation") {
    return [[channel.action, actions[channel.action]], skip];
  }
  const fit = here.filter((each) => channel.type === "public" || each.type === "private");
  return [
    ["new", actions.new],
    skip,
    ...fit.map((each) => [`into:${each.id}`, mergeInto(each.name ?? "")] as const),
  ];
}
