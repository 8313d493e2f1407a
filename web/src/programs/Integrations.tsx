/** A channel's incoming webhooks, for those who manage it; an address is shown once, when it is made. */
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";

import { addHook, listHooks, removeHook } from "../api/routes";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { IconButton } from "../ui/IconButton";
import { complain } from "../ui/notices";
import { usePending } from "../ui/usePending";

const LONGEST_NAME = 255;

export function Integrations({ channelId }: { channelId: string }) {
  const hooks = useQuery({ queryKey: keys.hooks(channelId), queryFn: () => listHooks(channelId) }).data ?? [];
  const [name, setName] = useState("");
  const [address, setAddress] = useState<string | null>(null);
  const { isPending, problem, run } = usePending();
  const words = text.programs;
  async function submit() {
    const made = await addHook(channelId, name.trim());
    setAddress(location.origin + made.path);
    setName("");
    outdated(keys.hooks(channelId));
  }
  const remove = (hookId: string) => removeHook(hookId).then(() => outdated(keys.hooks(channelId)), complain);
  return (
    <>
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
      {problem && <p role="alert">{problem}</p>}
      {address && (
        <p className="hook-address" role="status">
          {words.shownOnce} <code data-testid="hook-address">{address}</code>
        </p>
      )}
      <ul className="rows" aria-label={words.hooks}>
        {hooks.map((hook) => (
          <li key={hook.id} className="row" data-testid="hook">
            <span className="row-main clip">
              {hook.iconEmoji} {hook.name}
              <small> {hook.lastUsedAt ? words.used(new Date(hook.lastUsedAt)) : words.neverUsed}</small>
            </span>
            <IconButton icon="close" size={15} label={words.removeHook(hook.name)} onClick={() => void remove(hook.id)} />
          </li>
        ))}
      </ul>
    </>
  );
}
