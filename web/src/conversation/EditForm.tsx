/** Changes one's own message in its place. */
import { useLayoutEffect, useRef, useState } from "react";

import type { Message } from "../api/types";
import { decoded, encoded, useNames } from "../mentioning/names";
import { text } from "../text";
import { usePending } from "../ui/usePending";
import { useHere } from "../workspaces/here";
import { grow } from "./Composer";
import { edit } from "./acts";

export function EditForm({ message, onDone }: { message: Message; onDone: () => void }) {
  const names = useNames(useHere());
  const [before] = useState(message.content);
  const [content, setContent] = useState(() => decoded(message.content, names));
  const { isPending, problem, run } = usePending();
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => grow(field.current), [content]);
  useLayoutEffect(() => field.current?.setSelectionRange(content.length, content.length), []);
  const submit = () =>
    run(
      async () => {
        const said = encoded(content.trim(), names);
        // What somebody changed meanwhile in another window is not undone by whoever changed nothing.
        if (said && said !== before && said !== message.content) await edit(message, said);
      },
      // Whoever has written on meanwhile is not done.
      () => field.current?.value === content && onDone(),
    );
  return (
    <form className="edit" onSubmit={(event) => (event.preventDefault(), void submit())}>
      <textarea
        ref={field}
        className="input"
        dir="auto"
        rows={1}
        autoFocus
        aria-label={text.conversation.editing}
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onDone();
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          void submit();
        }}
      />
      {problem && (
        <p role="alert" className="problem">
          {problem}
        </p>
      )}
      <div className="buttons">
        <button type="button" className="button" onClick={onDone}>
          {text.cancel}
        </button>
        <button type="submit" className="button button-primary" disabled={isPending || !content.trim()}>
          {text.save}
        </button>
      </div>
    </form>
  );
}
