/** Where messages are written; what was begun stays when one looks elsewhere, and is found on other devices. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef } from "react";

import { ScheduleButton } from "../kept/ScheduleButton";
import { useDraft, writeDraft } from "../kept/drafts";
import { type Command, commandOf, give } from "../programs/commands";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Hint } from "../ui/Hint";
import { notify } from "../ui/notices";
import { EmojiButton } from "./EmojiButton";
import { send } from "./sending";
import { useTypingSignal } from "./useTypingSignal";

const LONGEST = 40_000;

export function Composer({ channelId, name }: { channelId: string; name: string }) {
  const content = useDraft(channelId);
  const field = useRef<HTMLTextAreaElement>(null);
  const { typed, stopped } = useTypingSignal(channelId);
  const over = [...content].length - LONGEST;
  const canSend = content.trim() !== "" && over <= 0;
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  useLayoutEffect(() => grow(field.current), [content]);

  function write(value: string) {
    writeDraft(channelId, value);
    if (value.trim()) typed();
    else stopped();
  }
  function submit() {
    if (!canSend) return;
    const command = commandOf(content.trim());
    if (command) return run(command);
    if (!send(channelId, content.trim())) return notify(text.conversation.full, true);
    write("");
  }
  /** What was written comes back if it could not be done. */
  function run(command: Command) {
    const written = content;
    write("");
    void give(channelId, command).then((isDone) => !isDone && writeDraft(channelId, written));
  }
  function pressed(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    submit();
  }
  const label = text.conversation.write(name);
  return (
    <form className="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
      <textarea
        ref={field}
        data-testid="composer"
        className="composer-field"
        rows={1}
        aria-label={label}
        placeholder={label}
        value={content}
        onChange={(event) => write(event.target.value)}
        onKeyDown={pressed}
        onBlur={stopped}
      />
      <div className="composer-tools">
        <EmojiButton
          label={text.conversation.emoji}
          side="top"
          onPick={(emoji) => (write(content + emoji), field.current?.focus())}
        />
        <span className="composer-hint">{over > 0 ? text.conversation.tooLong(over) : text.conversation.hint}</span>
        <ScheduleButton
          channelId={channelId}
          content={content}
          isDisabled={!canSend}
          onScheduled={() => writeDraft(channelId, "")}
        />
        <Hint label={text.conversation.send}>
          <button type="submit" className="send" aria-label={text.conversation.send} disabled={!canSend}>
            <Icon name="send" />
          </button>
        </Hint>
      </div>
    </form>
  );
}

export function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 260)}px`;
}
