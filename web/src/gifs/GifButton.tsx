/** A choice of GIFs: the one that is picked is sent. */
import { Popover } from "radix-ui";
import { useEffect, useState } from "react";

import type { Gif } from "../api/gifs";
import type { Attachment } from "../conversation/outbox";
import { text } from "../text";
import { ListEnd } from "../ui/ListEnd";
import { MoreButton } from "../ui/MoreButton";
import { Icon } from "../ui/icons";
import { SearchField } from "../ui/SearchField";
import { givingBack } from "../ui/focus";
import type { Field } from "../ui/typing";
import { GifPicture } from "./GifPicture";
import { useGifs } from "./found";
import { attachmentOf } from "./gif";

const PAUSE_MS = 300;

interface Props {
  isDisabled: boolean;
  /** What is typed in beside it. */
  field: Field;
  onPick: (gif: Attachment) => void;
}

export function GifButton({ isDisabled, field, onPick }: Props) {
  const [isOpen, setOpen] = useState(false);
  const words = text.gifs;
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger className="icon-button" aria-label={words.open} title={words.open} disabled={isDisabled}>
        <Icon name="gif" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="gif-picker"
          side="top"
          align="start"
          sideOffset={6}
          collisionPadding={8}
          onCloseAutoFocus={givingBack(() => field.current)}
          aria-label={words.title}
        >
          <Choice onPick={(gif) => (setOpen(false), onPick(attachmentOf(gif)))} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Choice({ onPick }: { onPick: (gif: Gif) => void }) {
  const [written, setWritten] = useState("");
  const search = useAfterPause(written.trim());
  const { query, gifs } = useGifs(search);
  const isLoading = query.isPending || query.isFetchingNextPage;
  const words = text.gifs;
  return (
    <>
      <SearchField label={words.search} maxLength={100} value={written} onChange={setWritten} />
      <div key={search} className="gif-grid" aria-busy={isLoading}>
        {gifs.map((gif) => (
          <button key={gif.id} type="button" aria-label={words.send(gif.title)} onClick={() => onPick(gif)}>
            <GifPicture gif={gif} />
          </button>
        ))}
        <ListEnd query={query} />
      </div>
      {isLoading && <p className="quiet">{text.loading}…</p>}
      {query.isError && (
        <p role="alert" className="problem">
          {words.failed}
        </p>
      )}
      {query.isFetchNextPageError && <MoreButton query={query} />}
      {query.isSuccess && !query.hasNextPage && gifs.length === 0 && <p className="quiet">{words.none}</p>}
    </>
  );
}

/** What was written, once no more is for a moment. */
function useAfterPause(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
