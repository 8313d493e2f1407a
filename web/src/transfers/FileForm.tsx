/** Chooses the file of an import. */
import { type FormEvent, useId, useState } from "react";

import { text } from "../text";

export function FileForm({ isPending, onChosen }: { isPending: boolean; onChosen: (file: File) => void }) {
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file) onChosen(file);
  };
  return (
    <form className="form" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{text.transfers.file}</label>
        <input
          id={id}
          className="input"
          type="file"
          accept=".zip,application/zip"
          disabled={isPending}
          onChange={(event) => setFile(event.target.files?.[0] ?? null)}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button button-primary" disabled={isPending || !file?.size}>
          {text.transfers.upload}
        </button>
      </div>
    </form>
  );
}
