/** A GIF, in the place that its size takes from the beginning on. */
import type { Gif } from "../api/gifs";
import { text } from "../text";
import { usePicture } from "../ui/pictures";
import { gifsOf } from "./gif";

export function Gifs({ attachments }: { attachments: readonly unknown[] | undefined }) {
  const gifs = gifsOf(attachments);
  if (gifs.length === 0) return null;
  return (
    <div className="gifs">
      {gifs.map((gif) => (
        <GifPicture key={gif.id} gif={gif} />
      ))}
    </div>
  );
}

export function GifPicture({ gif }: { gif: Gif }) {
  const picture = usePicture(`/gifs/${encodeURIComponent(gif.id)}/image`);
  if (picture === null) return <p className="quiet">{text.gifs.gone(gif.title)}</p>;
  return (
    <img
      className="gif"
      src={picture}
      width={gif.width}
      height={gif.height}
      alt={gif.title || text.gifs.label}
      data-testid="gif"
      data-loaded={picture !== undefined || undefined}
    />
  );
}
