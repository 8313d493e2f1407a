/** Slash commands of a workspace. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { type SectionProps } from "../administration/SettingsDialog";
import {
  type CommandListed,
  type NewCommand,
  addCommand,
  changeCommand,
  listCommands,
  removeCommand,
  renewSecret,
} from "../api/programs";
import { keys, outdated } from "../live/queries";
import { text } from "../text";
import { Field } from "../ui/Field";
import { Form } from "../ui/Form";
import { IconButton } from "../ui/IconButton";
import { Loaded } from "../ui/Loaded";
import { complain } from "../ui/notices";
import { Secret } from "../ui/Secret";
import { after, differing } from "../ui/typing";

const EMPTY: NewCommand = { name: "", url: "", description: "", usage: "" };

export function CommandSection({ workspace }: SectionProps) {
  const query = useQuery({ queryKey: keys.commands(workspace.id), queryFn: () => listCommands(workspace.id) });
  const [secret, setSecret] = useState<string | null>(null);
  const words = text.administration.commands;
  return (
    <>
      <p className="quiet">{words.about}</p>
      <CommandForm workspaceId={workspace.id} onMade={setSecret} />
      {secret && <Secret label={words.secret} value={secret} testId="command-secret" />}
      <Loaded query={query}>
        {(commands) => (
          <ul className="rows" aria-label={text.administration.sections.commands}>
            {commands.map((command) => (
              <CommandRow key={command.name} workspaceId={workspace.id} command={command} onRenewed={setSecret} />
            ))}
          </ul>
        )}
      </Loaded>
    </>
  );
}

interface RowProps {
  workspaceId: string;
  command: CommandListed;
  onRenewed: (secret: string) => void;
}

function CommandRow({ workspaceId, command, onRenewed }: RowProps) {
  const [isEditing, setEditing] = useState(false);
  const { id, name, usage, description, url, isBuiltIn } = command;
  const words = text.administration.commands;
  const remove = (commandId: string) =>
    void removeCommand(commandId).then(() => outdated(keys.commands(workspaceId)), complain);
  return (
    <li data-testid="command">
      <div className="row">
        <span className="row-main">
          <strong className="clip">
            /{name} {usage}
          </strong>
          <small>{isBuiltIn ? `${description} · ${words.builtIn}` : description}</small>
          {url && <small className="clip">{url}</small>}
        </span>
        {id && (
          <>
            <IconButton
              icon="retry"
              label={words.renew(`/${name}`)}
              onClick={() => void renewSecret("commands", id).then(onRenewed, complain)}
            />
            <IconButton icon="edit" label={words.edit(name)} onClick={() => setEditing(!isEditing)} />
            <IconButton icon="trash" label={words.remove(name)} onClick={() => remove(id)} />
          </>
        )}
      </div>
      {isEditing && <CommandForm workspaceId={workspaceId} command={command} onMade={() => setEditing(false)} />}
    </li>
  );
}

interface FormProps {
  workspaceId: string;
  /** The one that is changed; none for a new one. */
  command?: CommandListed;
  onMade: (secret: string) => void;
}

function CommandForm({ workspaceId, command, onMade }: FormProps) {
  const [written, setWritten] = useState<NewCommand>({ ...EMPTY, ...command, url: command?.url ?? "" });
  const words = text.administration.commands;
  const { name, url, description, usage } = written;
  async function submit() {
    const secret = command?.id ? await save(command.id) : await make();
    outdated(keys.commands(workspaceId));
    return secret;
  }
  async function save(commandId: string) {
    await changeCommand(commandId, differing({ url, description, usage }, command ?? {}));
    return "";
  }
  async function make() {
    const made = await addCommand(workspaceId, { name: name.replace(/^\//, ""), url, description, usage });
    setWritten(after(written, EMPTY));
    return made.secret;
  }
  const set = (change: Partial<NewCommand>) => setWritten({ ...written, ...change });
  return (
    <Form
      submit={submit}
      onDone={onMade}
      action={command ? words.save : words.add}
      isReady={name.trim() !== "" && url.trim() !== ""}
      button="plain"
    >
      <div className="side-by-side">
        <Field
          label={words.name}
          placeholder={words.namePlaceholder}
          required
          disabled={Boolean(command)}
          pattern="/?[a-z0-9][a-z0-9_\-]{0,31}"
          value={name}
          onChange={(event) => set({ name: event.target.value })}
        />
        <Field
          label={words.url}
          type="url"
          placeholder="https://"
          required
          maxLength={2048}
          value={url}
          onChange={(event) => set({ url: event.target.value })}
        />
        <Field
          label={words.description}
          maxLength={255}
          value={description}
          onChange={(event) => set({ description: event.target.value })}
        />
        <Field
          label={words.usage}
          placeholder={words.usagePlaceholder}
          maxLength={255}
          value={usage}
          onChange={(event) => set({ usage: event.target.value })}
        />
      </div>
    </Form>
  );
}
