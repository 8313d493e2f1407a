/** Chooses files of this device. */
import { useRef } from "react";

import { text } from "../text";
import { IconButton } from "../ui/IconButton";

export function AttachButton({ onChoose }: { onChoose: (files: readonly File[]) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <IconButton icon="clip" label={text.files.attach} onClick={() => field.current?.click()} />
      <input
        ref={field}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        aria-label={text.files.attach}
        onChange={(event) => {
          onChoose([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </>
  );
}
