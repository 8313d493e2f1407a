/** Bots of a workspace. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type SectionProps } from "../administration/SettingsDialog";
import { type Bot, addBot, listBots, removeBot } from "../api/programs";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Confirm } from "../ui/Confirm";
import { Face } from "../ui/Face";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { after } from "../ui/typing";
import { BotPresses } from "./BotPresses";
import { BotTokens } from "./BotTokens";

const LONGEST_NAME = 255;

export function BotSection({ workspace }: SectionProps) {
  const query = useQuery({ queryKey: keys.bots(workspace.id), queryFn: () => listBots(workspace.id) });
  const [opened, setOpened] = useState<string | null>(null);
  const words = text.administration.bots;
  return (
    <>
      <p className="quiet">{words.about}</p>
      <NewBot workspaceId={workspace.id} onMade={setOpened} />
      <Loaded query={query} none={words.none}>
        {(bots) => (
          <ul className="rows" aria-label={text.administration.sections.bots}>
            {bots.map((bot) => (
              <BotRow
                key={bot.id}
                bot={bot}
                isOpen={bot.id === opened}
                onToggle={() => setOpened(bot.id === opened ? null : bot.id)}
              />
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

function NewBot({ workspaceId, onMade }: { workspaceId: string; onMade: (botId: string) => void }) {
  const [name, setName] = useState("");
  const words = text.administration.bots;
  async function submit() {
    const bot = await addBot(workspaceId, name.trim());
    setName(after(name, ""));
    outdated(keys.bots(workspaceId));
    onMade(bot.id);
  }
  return (
    <Form submit={submit} action={words.add} isReady={name.trim() !== ""} button="plain">
      <Field
        label={words.name}
        required
        maxLength={LONGEST_NAME}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
    </Form>
  );
}

function BotRow({ bot, isOpen, onToggle }: { bot: Bot; isOpen: boolean; onToggle: () => void }) {
  const [isRemoving, setRemoving] = useState(false);
  const words = text.administration.bots;
  const remove = () =>
    void removeBot(bot.id).then(() => {
      outdated(keys.bots(bot.workspaceId));
      outdated(keys.members(bot.workspaceId));
    }, complain);
  return (
    <li data-testid="bot">
      <div className="row">
        <Face id={bot.id} name={bot.name} avatarUrl={bot.avatarUrl} />
        <strong className="row-main clip">{bot.name}</strong>
        <IconButton icon="chevron" label={words.open(bot.name)} aria-expanded={isOpen} onClick={onToggle} />
        <IconButton icon="trash" label={words.remove(bot.name)} onClick={() => setRemoving(true)} />
      </div>
      {isOpen && (
        <div className="below">
          <BotTokens bot={bot} />
          <BotPresses bot={bot} />
        </div>
      )}
      <Confirm
        title={words.removeTitle(bot.name)}
        description={words.removeBody}
        action={words.removeAction}
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={remove}
      />
    </li>
  );
}
