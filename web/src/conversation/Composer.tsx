/** Where messages are written; what was begun stays when one looks elsewhere, and is found on other devices. */
import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from "react";

import { AttachButton } from "../files/AttachButton";
import { UploadStrip } from "../files/UploadStrip";
import { DraftFiles } from "../files/DraftFiles";
import { filesPasted } from "../files/pasted";
import { attachmentOf, filesIn } from "../files/file";
import { add, sent, uploadsAt, useAllUploads } from "../files/uploads";
import { GifButton } from "../gifs/GifButton";
import { ScheduleButton } from "../kept/ScheduleButton";
import { sendLater } from "../kept/later";
import { clearDraft, giveBack, removeFile, useDraft, useDraftFiles, writeDraft } from "../kept/drafts";
import { Suggestions, useSuggestions } from "../mentioning/Suggestions";
import { encoded, useNames } from "../mentioning/names";
import { type Command, commandOf, give } from "../programs/commands";
import { text } from "../text";
import { Icon } from "../ui/icons";
import { Hint } from "../ui/Hint";
import { notify } from "../ui/notices";
import { offerFocus } from "../ui/focus";
import { insertAt, useCaretKept } from "../ui/typing";
import { EmojiButton } from "../emoji/EmojiButton";
import { useSecondsLeft } from "./pace";
import type { Words } from "./outbox";
import { send } from "./sending";
import { useTypingSignal } from "./useTypingSignal";

const LONGEST = 40_000;

interface Props {
  workspaceId: string;
  channelId: string;
  /** What the field is called. */
  label: string;
  threadId?: string;
  /** Replies can be shown in the channel, which is called so, too. */
  alsoTo?: string;
}

export function Composer({ workspaceId, channelId, label, threadId, alsoTo }: Props) {
  const content = useDraft(channelId, threadId);
  const field = useRef<HTMLTextAreaElement>(null);
  const [isAlso, setAlso] = useState(false);
  const names = useNames(workspaceId);
  const { typed, stopped } = useTypingSignal(channelId);
  const secondsLeft = useSecondsLeft(channelId);
  const said = encoded(content.trim(), names);
  const over = [...said].length - LONGEST;
  const place = threadId ?? channelId;
  const uploads = uploadsAt(useAllUploads(), place);
  const stored = uploads.flatMap((upload) => (upload.state === "uploaded" && upload.stored) || []);
  const isUploading = stored.length < uploads.length;
  const before = useDraftFiles(channelId, threadId).filter(({ fileId }) => !uploads.some(({ stored }) => stored?.id === fileId));
  const attachments = [...before, ...stored.map(attachmentOf)];
  const canSend = (said !== "" || attachments.length > 0) && !isUploading && over <= 0 && secondsLeft === 0;
  const suggestions = useSuggestions(workspaceId, names, content, field, !threadId);
  const hintId = useId();
  useEffect(() => {
    if (offerFocus(field.current)) field.current?.setSelectionRange(content.length, content.length);
  }, []);
  useCaretKept(field, content);
  useLayoutEffect(() => grow(field.current), [content]);

  function write(value: string) {
    writeDraft(channelId, value, threadId);
    if (value.trim()) typed();
    else stopped();
  }
  const reply = threadId ? { parentMessageId: threadId, alsoToChannel: isAlso } : {};
  function post(words: Words) {
    const isTaken = send(channelId, { ...words, ...reply });
    if (!isTaken) notify(text.conversation.full, true);
    return isTaken;
  }
  function submit() {
    if (!canSend) return;
    const command = commandOf(said);
    if (attachments.length > 0) return submitFiles();
    if (command && threadId) return notify(text.threads.commands, true);
    if (command) return run(command);
    if (!post({ content: said })) return;
    write("");
    setAlso(false);
  }
  function submitFiles() {
    if (!post({ content: said, attachments })) return;
    went();
  }
  /** What was written, with its files. */
  function went() {
    sent(uploads.map((upload) => upload.id));
    clearDraft(channelId, threadId);
    setAlso(false);
    stopped();
  }
  /** Where the caret is, or in the place of what is selected. */
  function insert(words: string) {
    if (field.current) insertAt(field.current, field.current.selectionStart, field.current.selectionEnd, words);
  }
  function attach(files: readonly File[]) {
    const refusal = files.length > 0 ? add(channelId, place, files) : null;
    if (refusal) notify(refusal, true);
  }
  /** What was written comes back if it could not be done. */
  function run(command: Command) {
    write("");
    void give(channelId, command).then((isDone) => !isDone && giveBack(channelId, { content, attachments: [] }));
  }
  function putOff(sendAt: Date) {
    went();
    void sendLater(channelId, { content: said, attachments, ...reply }, sendAt).then(
      (isTaken) => !isTaken && giveBack(channelId, { content, attachments }, threadId),
    );
  }
  function pressed(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing || suggestions.pressed(event)) return;
    if (event.key !== "Enter" || event.shiftKey || isByTouch()) return;
    event.preventDefault();
    submit();
  }
  const hint =
    over > 0
      ? text.conversation.tooLong(over)
      : secondsLeft > 0
        ? text.moderation.slow(secondsLeft)
        : isUploading
          ? text.files.stillUploading
          : text.conversation.hint;
  return (
    <form className="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
      <Suggestions of={suggestions} />
      <textarea
        ref={field}
        data-testid={threadId ? "thread-composer" : "composer"}
        className="composer-field"
        dir="auto"
        rows={1}
        aria-label={label}
        aria-describedby={hintId}
        placeholder={label}
        value={content}
        onChange={(event) => write(event.target.value)}
        onKeyDown={pressed}
        onBlur={stopped}
        onPaste={(event) => {
          const files = filesPasted(event.clipboardData);
          if (files.length === 0) return;
          event.preventDefault();
          attach(files);
        }}
        {...suggestions.field}
      />
      <DraftFiles files={filesIn(before)} onRemove={(fileId) => removeFile(channelId, fileId, threadId)} />
      <UploadStrip
        uploads={uploads}
        place={place}
        label={text.files.uploads}
        onDrop={({ stored }) => stored && removeFile(channelId, stored.id, threadId)}
      />
      {alsoTo && (
        <label className="composer-also">
          <input type="checkbox" checked={isAlso} onChange={(event) => setAlso(event.target.checked)} />
          <span className="clip">{text.threads.also(alsoTo)}</span>
        </label>
      )}
      <div className="composer-tools">
        <AttachButton onChoose={attach} />
        <EmojiButton
          workspaceId={workspaceId}
          label={text.conversation.emoji}
          side="top"
          field={field}
          onPick={insert}
        />
        <GifButton isDisabled={secondsLeft > 0} field={field} onPick={(gif) => post({ content: "", attachments: [gif] })} />
        <span
          id={hintId}
          className="composer-hint"
          role={secondsLeft > 0 ? "timer" : undefined}
          data-usual={hint === text.conversation.hint || undefined}
          data-testid="hint"
        >
          {hint}
        </span>
        <ScheduleButton
          isDisabled={(said === "" && attachments.length === 0) || isUploading || over > 0}
          onChoose={putOff}
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

/** Keyboards on screens have no other way to a new line. */
const isByTouch = () => window.matchMedia("(hover: none) and (pointer: coarse)").matches;

export function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 260)}px`;
}
