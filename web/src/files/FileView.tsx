/** What was made of a file to be looked at. */
import type { StoredFile } from "../api/files";
import { text } from "../text";
import { shownAs } from "./file";
import { Waveform } from "./Waveform";
import { useAddress } from "./known";
import { Making } from "./Making";

/** Pages that are shown; the rest is in the file itself. */
const MOST_PAGES = 20;

export function FileView({ file }: { file: StoredFile }) {
  return (
    <div className="file-view" data-testid="file-view">
      <View file={file} />
      <Making file={file} />
    </div>
  );
}

function View({ file }: { file: StoredFile }) {
  const { kind, variants } = shownAs(file);
  const address = useAddress(file, variants[0]);
  const words = text.files;
  if (kind === "other") return <p className="quiet">{words.noPreviewAs[file.note ?? ""] ?? words.noPreview}</p>;
  if (!address) return <p className="quiet">{text.loading}…</p>;
  switch (kind) {
    case "image":
      return <img src={address} alt={file.filename} data-testid="file-image" />;
    case "video":
      return <video src={address} controls preload="metadata" aria-label={file.filename} />;
    case "audio":
      return (
        <>
          <Waveform file={file} />
          <audio src={address} controls preload="metadata" aria-label={file.filename} />
        </>
      );
    case "pages":
      return variants
        .slice(0, MOST_PAGES)
        .map((variant, place) => <Page key={variant} file={file} variant={variant} label={words.page(place + 1)} />);
    default:
      // Of another origin, which is given no rights at all.
      return <iframe src={address} title={file.filename} sandbox="" referrerPolicy="no-referrer" />;
  }
}

function Page({ file, variant, label }: { file: StoredFile; variant: string; label: string }) {
  const address = useAddress(file, variant);
  return <img className="file-page" src={address} alt={label} loading="lazy" />;
}
