/** What a bot signs in with: each token is shown once, when it is made, and good for what it says. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type Bot, type BotToken, SCOPES, issueBotToken, listBotTokens, revokeBotToken } from "../api/programs";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { Secret } from "../ui/Secret";
import { Tick } from "../ui/Tick";
import { after } from "../ui/typing";

const USUAL_DAYS = 365;
const MOST_DAYS = 3650;
const USUAL_SCOPES: readonly string[] = ["channels:read", "channels:join", "messages:read", "messages:write"];

export function BotTokens({ bot }: { bot: Bot }) {
  const query = useQuery({ queryKey: keys.botTokens(bot.id), queryFn: () => listBotTokens(bot.id) });
  const [made, setMade] = useState<string | null>(null);
  const words = text.administration.bots;
  return (
    <>
      {made && <Secret label={words.token} value={made} testId="bot-token" />}
      <Loaded query={query} none={words.noTokens}>
        {(tokens) => (
          <ul className="rows">
            {tokens.map((token) => (
              <TokenRow key={token.id} bot={bot} token={token} />
            ))}
          </ul>
        )}
      </Loaded>
      <NewToken bot={bot} onMade={setMade} />
    </>
  );
}

function TokenRow({ bot, token }: { bot: Bot; token: BotToken }) {
  const words = text.administration.bots;
  const revoke = () => void revokeBotToken(bot.id, token.id).then(() => outdated(keys.botTokens(bot.id)), complain);
  return (
    <li className="row" data-testid="token">
      <span className="row-main">
        <strong className="clip">{token.name}</strong>
        <small>
          {words.tokenIs(token.hint, new Date(token.expiresAt))} ·{" "}
          {token.lastUsedAt ? words.used(new Date(token.lastUsedAt)) : words.unused}
        </small>
        <small>{token.scopes.map((scope) => words.scopeNames[scope] ?? scope).join(", ")}</small>
      </span>
      <IconButton icon="trash" label={words.revoke(token.name)} onClick={revoke} />
    </li>
  );
}

function NewToken({ bot, onMade }: { bot: Bot; onMade: (token: string) => void }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<readonly string[]>(USUAL_SCOPES);
  const [days, setDays] = useState(USUAL_DAYS);
  const words = text.administration.bots;
  async function submit() {
    onMade((await issueBotToken(bot.id, name.trim(), scopes, days)).token);
    setName(after(name, ""));
    outdated(keys.botTokens(bot.id));
  }
  const tick = (scope: string, isWanted: boolean) =>
    setScopes(isWanted ? [...scopes, scope] : scopes.filter((other) => other !== scope));
  return (
    <Form submit={submit} action={words.issue} isReady={name.trim() !== "" && scopes.length > 0} button="plain">
      <div className="side-by-side">
        <Field
          label={words.tokenName}
          required
          maxLength={255}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label={words.days}
          type="number"
          required
          min={1}
          max={MOST_DAYS}
          value={days}
          onChange={(event) => setDays(Math.trunc(Number(event.target.value)))}
        />
      </div>
      <fieldset className="ticks">
        <legend>{words.scopes}</legend>
        {SCOPES.map((scope) => (
          <Tick
            key={scope}
            label={words.scopeNames[scope] ?? scope}
            checked={scopes.includes(scope)}
            onChange={(isWanted) => tick(scope, isWanted)}
          />
        ))}
      </fieldset>
    </Form>
  );
}
