/** What a program attached to its message. */
import type { Card } from "../api/types";
import { Content } from "../conversation/Content";
import { addressOf } from "../conversation/formatting";

const COLORS: Record<string, string> = { good: "#2e9e62", warning: "#d9a514", danger: "#d0413e" };

export function Cards({ attachments }: { attachments: readonly unknown[] | undefined }) {
  const cards = (attachments ?? []).filter(isCard);
  if (cards.length === 0) return null;
  return (
    <div className="cards">
      {cards.map((card, index) => (
        <section
          key={index}
          className="told-card"
          style={{ borderLeftColor: COLORS[card.color ?? ""] ?? card.color }}
          data-testid="card"
        >
          {card.pretext && <Content content={card.pretext} />}
          {card.authorName && <small>{card.authorName}</small>}
          {card.title && <Title title={card.title} href={card.titleLink} />}
          {card.text && <Content content={card.text} />}
          {card.fields && (
            <dl>
              {card.fields.map((field, place) => (
                <div key={place} data-short={field.short || undefined}>
                  <dt>{field.title}</dt>
                  <dd>{field.value}</dd>
                </div>
              ))}
            </dl>
          )}
          {card.footer && <small>{card.footer}</small>}
        </section>
      ))}
    </div>
  );
}

function Title({ title, href }: { title: string; href: string | undefined }) {
  const address = href && addressOf({ type: "link", attrs: { href } });
  if (!address) return <strong>{title}</strong>;
  return (
    <a href={address} target="_blank" rel="noopener noreferrer nofollow">
      <strong>{title}</strong>
    </a>
  );
}

function isCard(attachment: unknown): attachment is Card {
  return typeof attachment === "object" && attachment !== null && "type" in attachment && attachment.type === "card";
}
