/** A channel's webhooks, for those who manage it; an address is shown once, when it is made. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { renewHook } from "../api/programs";
import { addHook, listHooks, removeHook } from "../api/routes";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { ProblemLine } from "../ui/ProblemLine";
import { Secret } from "../ui/Secret";
import { after } from "../ui/typing";
import { usePending } from "../ui/usePending";
import { OutgoingHooks } from "./OutgoingHooks";

const LONGEST_NAME = 255;

export function Integrations({ channelId }: { channelId: string }) {
  return (
    <>
      <IncomingHooks channelId={channelId} />
      <OutgoingHooks channelId={channelId} />
    </>
  );
}

function IncomingHooks({ channelId }: { channelId: string }) {
  const query = useQuery({ queryKey: keys.hooks(channelId), queryFn: () => listHooks(channelId) });
  const [name, setName] = useState("");
  const [address, setAddress] = useState<string | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.programs;
  async function submit() {
    const made = await addHook(channelId, name.trim());
    setAddress(location.origin + made.path);
    setName(after(name, ""));
    outdated(keys.hooks(channelId));
  }
  const renew = (hookId: string) => renewHook(hookId).then(({ path }) => setAddress(location.origin + path), complain);
  const remove = (hookId: string) => removeHook(hookId).then(() => outdated(keys.hooks(channelId)), complain);
  return (
    <section aria-label={text.administration.apps.incoming}>
      <h3>{text.administration.apps.incoming}</h3>
      <p className="panel-description">{words.hooksAre}</p>
      <form
        className="hook-form"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (name.trim()) void run(submit);
        }}
      >
        <input
          className="input"
          aria-label={words.hookName}
          placeholder={words.hookName}
          maxLength={LONGEST_NAME}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={isPending || !name.trim()}>
          {words.addHook}
        </button>
      </form>
      <ProblemLine problem={problem} />
      {address && <Secret label={text.administration.apps.address} value={address} testId="hook-address" />}
      <Loaded query={query} none={text.administration.apps.noIncoming}>
        {(hooks) => (
          <ul className="rows" aria-label={words.hooks}>
            {hooks.map((hook) => (
              <li key={hook.id} className="row" data-testid="hook">
                <span className="row-main clip">
                  {hook.iconEmoji} {hook.name}
                  <small> {hook.lastUsedAt ? words.used(new Date(hook.lastUsedAt)) : words.neverUsed}</small>
                </span>
                <IconButton
                  icon="retry"
                  size={15}
                  label={text.administration.apps.newAddress(hook.name)}
                  onClick={() => void renew(hook.id)}
                />
                <IconButton
                  icon="close"
                  size={15}
                  label={words.removeHook(hook.name)}
                  onClick={() => void remove(hook.id)}
                />
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}
