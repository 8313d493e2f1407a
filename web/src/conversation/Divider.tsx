/** A line between messages, with what it parts. */
export function Divider({ label, isNew = false }: { label: string; isNew?: boolean }) {
  return (
    <div className={isNew ? "divider divider-new" : "divider"} role="separator" aria-label={label}>
      <span>{label}</span>
    </div>
  );
}
