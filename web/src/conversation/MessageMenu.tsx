/** What one may do with a message for oneself or elsewhere: link to it, keep it, pass it on, be reminded of it. */
import { useQuery } from "@tanstack/react-query";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";

import { listSaved, remind, saveMessage, unsaveMessage } from "../api/kept";
import { setHidden } from "../api/reporting";
import type { Message } from "../api/types";
import { ForwardDialog } from "../kept/ForwardDialog";
import { inMinutes, morning, nextMonday } from "../kept/times";
import { keys, outdated } from "../live/queries";
import { messageLink } from "../location";
import { keepUnread } from "../reading/unread";
import { text } from "../text";
import { hearThreadReading } from "../threads/followed";
import { goToThread } from "../threads/places";
import { isInChannel } from "../threads/thread";
import { keepThreadUnread } from "../threads/threads";
import { Icon } from "../ui/icons";
import { Menu } from "../ui/Menu";
import { MenuEntry } from "../ui/MenuEntry";
import { copy } from "../ui/copy";
import { complain, notify } from "../ui/notices";
import { ReportDialog } from "./ReportDialog";

interface Props {
  message: Message;
  isOwn: boolean;
  mayModerate: boolean;
  onOpenChange: (isOpen: boolean) => void;
}

export function MessageMenu({ message, isOwn, mayModerate, onOpenChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const [isForwarding, setForwarding] = useState(false);
  const [isReporting, setReporting] = useState(false);
  const words = text.kept;
  const change = (open: boolean) => {
    setOpen(open);
    onOpenChange(open);
  };
  return (
    <>
      <DropdownMenu.Root modal={false} open={isOpen} onOpenChange={change}>
        <DropdownMenu.Trigger
          className="icon-button"
          aria-label={text.conversation.more}
          title={text.conversation.more}
        >
          <Icon name="more" />
        </DropdownMenu.Trigger>
        <Menu align="end">
          <MenuEntry
            icon="thread"
            label={text.threads.reply}
            onSelect={() => goToThread(message.channelId, message.parentMessageId ?? message.id)}
          />
          <MenuEntry
            icon="copy"
            label={words.copyLink}
            onSelect={() => void copy(messageLink(message.channelId, message.id), text.invite.copied)}
          />
          {!message.isHidden && (
            <MenuEntry icon="forward" label={words.forward} onSelect={() => setForwarding(true)} />
          )}
          <MenuEntry
            icon="unread"
            label={text.conversation.markUnread}
            onSelect={() => void markUnread(message).catch(complain)}
          />
          <KeepEntry messageId={message.id} />
          <DropdownMenu.Separator className="menu-line" />
          <RemindEntries messageId={message.id} />
          {(!isOwn || mayModerate) && <DropdownMenu.Separator className="menu-line" />}
          {!isOwn && (
            <MenuEntry icon="flag" label={text.moderation.report} onSelect={() => setReporting(true)} />
          )}
          {mayModerate && <HideEntry message={message} />}
        </Menu>
      </DropdownMenu.Root>
      {isReporting && <ReportDialog message={message} onClose={() => setReporting(false)} />}
      {isForwarding && <ForwardDialog message={message} onClose={() => setForwarding(false)} />}
    </>
  );
}

/** In the channel, or in the thread if it is shown there alone. */
async function markUnread(message: Message): Promise<void> {
  if (isInChannel(message)) return keepUnread(message);
  hearThreadReading(await keepThreadUnread(message));
}

function HideEntry({ message }: { message: Message }) {
  const isHidden = message.isHidden ?? false;
  return (
    <MenuEntry
      icon={isHidden ? "eye" : "eyeOff"}
      label={isHidden ? text.moderation.show : text.moderation.hide}
      onSelect={() => void setHidden(message.id, !isHidden).catch(complain)}
    />
  );
}

function KeepEntry({ messageId }: { messageId: string }) {
  const saved = useQuery({ queryKey: keys.saved(), queryFn: listSaved });
  const isSaved = saved.data?.some((entry) => entry.messageId === messageId) ?? false;
  const toggle = () =>
    void (isSaved ? unsaveMessage(messageId) : saveMessage(messageId)).then(() => outdated(keys.saved()), complain);
  const label = isSaved ? text.kept.unsave : text.kept.save;
  return <MenuEntry icon="bookmark" label={label} isDisabled={saved.isPending} onSelect={toggle} />;
}

function RemindEntries({ messageId }: { messageId: string }) {
  const set = (at: Date) =>
    void remind(messageId, at).then(() => {
      notify(text.kept.reminded(at));
      outdated(keys.reminders());
    }, complain);
  const words = text.kept;
  return (
    <DropdownMenu.Group aria-label={words.remind}>
      <DropdownMenu.Label className="menu-label">{words.remind}</DropdownMenu.Label>
      <MenuEntry icon="later" label={words.in20Minutes} onSelect={() => set(inMinutes(new Date(), 20))} />
      <MenuEntry icon="later" label={words.in3Hours} onSelect={() => set(inMinutes(new Date(), 180))} />
      <MenuEntry icon="later" label={words.tomorrow} onSelect={() => set(morning(new Date(), 1))} />
      <MenuEntry icon="later" label={words.monday} onSelect={() => set(nextMonday(new Date()))} />
    </DropdownMenu.Group>
  );
}
