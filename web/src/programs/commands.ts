/** Slash commands given in the composer. */
import type { Ephemeral, Message } from "../api/types";
import { Problem } from "../api/problem";
import { hear } from "../conversation/conversations";
import { heal } from "../conversation/history";
import { type Answer, ask } from "../live/connection";
import { text } from "../text";
import { complain, notify } from "../ui/notices";
import { hearEphemeral } from "./ephemeral";

export interface Command {
  command: string;
  text: string;
}

interface Outcome extends Answer {
  message?: Message;
  ephemeral?: Ephemeral;
  reminder?: { text: string };
}

/** The command that a text is; null for any other text, a path among them. */
export function commandOf(content: string): Command | null {
  const found = /^\/([a-z0-9][a-z0-9_-]{0,31})(?:\s+([\s\S]*))?$/.exec(content);
  return found ? { command: found[1] ?? "", text: (found[2] ?? "").trim() } : null;
}

export async function give(channelId: string, command: Command): Promise<boolean> {
  try {
    const answer = await ask<Outcome>("command:run", { channelId, ...command });
    if (!answer.ok) {
      if (answer.error?.type === "not_found") return (notify(text.programs.noCommand(command.command), true), false);
      throw new Problem(400, answer.error?.type ?? "unknown", answer.error?.message ?? "");
    }
    show(answer);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

function show({ message, ephemeral, reminder }: Outcome): void {
  if (message) {
    hear(message);
    void heal(message.channelId);
  }
  if (ephemeral) hearEphemeral(ephemeral);
  if (reminder) notify(text.programs.reminded(reminder.text));
}
