/** Where a bot is told of presses of its messages' buttons. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Bot, botPresses, forgetPresses, tellPresses } from "../api/programs";
import { againUntilHeard, keys, renew } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
import { ProblemLine } from "../ui/ProblemLine";
import { Secret } from "../ui/Secret";
import { usePending } from "../ui/usePending";
import { useWritten } from "../ui/useWritten";

export function BotPresses({ bot }: { bot: Bot }) {
  const key = keys.botPresses(bot.id);
  const query = useQuery({ queryKey: key, queryFn: () => botPresses(bot.workspaceId, bot.id), retry: againUntilHeard });
  return <Loaded query={query}>{({ url }) => <Form bot={bot} known={url} />}</Loaded>;
}

function Form({ bot, known }: { bot: Bot; known: string | null }) {
  const { value: url, write, saved } = useWritten(known ?? "");
  const [secret, setSecret] = useState<string | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.administration.bots;
  async function save() {
    const told = await tellPresses(bot.workspaceId, bot.id, url.trim());
    if (told.secret) setSecret(told.secret);
    await renew(keys.botPresses(bot.id));
    saved();
  }
  async function forget() {
    await forgetPresses(bot.workspaceId, bot.id);
    setSecret(null);
    await renew(keys.botPresses(bot.id));
    saved();
  }
  return (
    <form className="form" onSubmit={(event) => (event.preventDefault(), void run(save))}>
      <Field
        label={words.presses}
        hint={known ? undefined : words.noPresses}
        type="url"
        maxLength={2048}
        placeholder="https://"
        value={url}
        onChange={(event) => write(event.target.value)}
      />
      {secret && <Secret label={text.administration.commands.secret} value={secret} testId="presses-secret" />}
      <ProblemLine problem={problem} />
      <div className="buttons">
        {known && (
          <button type="button" className="button button-danger" disabled={isPending} onClick={() => void run(forget)}>
            {words.forgetPresses}
          </button>
        )}
        <button type="submit" className="button" disabled={isPending || !url.trim() || url.trim() === known}>
          {words.savePresses}
        </button>
      </div>
    </form>
  );
}
