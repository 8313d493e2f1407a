/** Programs that are told of a channel's messages, with what became of each telling. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import {
  type OutgoingHook,
  addOutgoing,
  listOutgoing,
  removeOutgoing,
  renewSecret,
  switchOutgoing,
} from "../api/programs";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { Secret } from "../ui/Secret";
import { after } from "../ui/typing";
import { Deliveries } from "./Deliveries";

export function OutgoingHooks({ channelId }: { channelId: string }) {
  const query = useQuery({ queryKey: keys.outgoing(channelId), queryFn: () => listOutgoing(channelId) });
  const [secret, setSecret] = useState<string | null>(null);
  const words = text.administration.apps;
  return (
    <section aria-label={words.outgoing}>
      <h3>{words.outgoing}</h3>
      <p className="panel-description">{words.outgoingAre}</p>
      <NewHook channelId={channelId} onMade={setSecret} />
      {secret && <Secret label={text.administration.commands.secret} value={secret} testId="outgoing-secret" />}
      <Loaded query={query} none={words.noOutgoing}>
        {(hooks) => (
          <ul className="rows" aria-label={words.outgoing}>
            {hooks.map((hook) => (
              <HookRow key={hook.id} channelId={channelId} hook={hook} onRenewed={setSecret} />
            ))}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

interface RowProps {
  channelId: string;
  hook: OutgoingHook;
  onRenewed: (secret: string) => void;
}

function HookRow({ channelId, hook, onRenewed }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  const words = text.administration.apps;
  const attempt = (work: Promise<unknown>) => void work.then(() => outdated(keys.outgoing(channelId)), complain);
  return (
    <li data-testid="outgoing-hook">
      <div className="row">
        <span className="row-main">
          <strong className="clip">{hook.name}</strong>
          <small className="clip">{hook.url}</small>
          {hook.triggerWords.length > 0 && <small className="clip">{hook.triggerWords.join(" ")}</small>}
          {hook.disabledReason && <small className="problem">{words.off(hook.disabledReason)}</small>}
        </span>
        <IconButton
          icon="chevron"
          label={words.deliveries(hook.name)}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
        <IconButton
          icon="close"
          size={15}
          label={words.remove(hook.name)}
          onClick={() => attempt(removeOutgoing(hook.id))}
        />
      </div>
      {isOpen && (
        <div className="below">
          <div className="buttons">
            <button
              type="button"
              className="button"
              onClick={() => void renewSecret("outgoing-hooks", hook.id).then(onRenewed, complain)}
            >
              {words.newSecret}
            </button>
            <button type="button" className="button" onClick={() => attempt(switchOutgoing(hook.id, !hook.isEnabled))}>
              {hook.isEnabled ? words.switchOff : words.switchOn}
            </button>
          </div>
          <Deliveries hookId={hook.id} />
        </div>
      )}
    </li>
  );
}

function NewHook({ channelId, onMade }: { channelId: string; onMade: (secret: string) => void }) {
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [triggers, setTriggers] = useState("");
  const words = text.administration.apps;
  async function submit() {
    const triggerWords = triggers.split(/\s+/).filter(Boolean);
    onMade((await addOutgoing(channelId, { name: name.trim(), url: url.trim(), triggerWords })).secret);
    setName(after(name, ""));
    setUrl(after(url, ""));
    setTriggers(after(triggers, ""));
    outdated(keys.outgoing(channelId));
  }
  return (
    <Form submit={submit} action={words.add} isReady={name.trim() !== "" && url.trim() !== ""} button="plain">
      <Field label={words.name} required maxLength={255} value={name} onChange={(e) => setName(e.target.value)} />
      <Field
        label={words.url}
        type="url"
        placeholder="https://"
        required
        maxLength={2048}
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <Field
        label={words.words}
        hint={words.wordsHint}
        value={triggers}
        onChange={(event) => setTriggers(event.target.value)}
      />
    </Form>
  );
}
