/** A dialog over the page; Escape, the cross and a press outside close it. */
import { Dialog } from "radix-ui";
import { type ReactNode, useRef } from "react";

import { text } from "../text";
import { givingBack, openerNow } from "./focus";
import { Icon } from "./icons";

interface Props {
  title: string;
  description?: string | undefined;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  isWide?: boolean;
}

/* The cross comes last: a dialog begins where something is to be done, and that is where the keyboard is, too.
   What is opened from within a form is in that form to React: a submit is kept from reaching it.
   Radix' own overlay locks the page's scroll by an inline style sheet, which the page's policy forbids. It goes back to
   its own trigger alone, and there is none: who uses the keyboard would be at the page's beginning afterwards.
   An Escape that gives up what an input method composes is not meant for the dialog. */
export function Modal({ title, description, isOpen, onClose, children, isWide = false }: Props) {
  const opener = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  if (isOpen && !wasOpen.current) opener.current = openerNow();
  wasOpen.current = isOpen;
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="modal-backdrop" />
        <Dialog.Content
          className={isWide ? "modal modal-wide" : "modal"}
          onSubmit={(event) => event.stopPropagation()}
          onEscapeKeyDown={(event) => event.isComposing && event.preventDefault()}
          onCloseAutoFocus={givingBack(() => opener.current)}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <Dialog.Title className="modal-title">{title}</Dialog.Title>
          {description && <Dialog.Description className="modal-description">{description}</Dialog.Description>}
          {children}
          <Dialog.Close className="icon-button modal-close" aria-label={text.close}>
            <Icon name="close" />
          </Dialog.Close>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
