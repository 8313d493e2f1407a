/** A dialog over the page; Escape, the cross and a press outside close it. */
import { Dialog } from "radix-ui";
import type { ReactNode } from "react";

import { text } from "../text";
import { Icon } from "./icons";

interface Props {
  title: string;
  description?: string | undefined;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  isWide?: boolean;
}

/* What is opened from within a form is in that form to React: a submit is kept from reaching it.
   Radix' own overlay locks the page's scroll by an inline style sheet, which the page's policy forbids. */
export function Modal({ title, description, isOpen, onClose, children, isWide = false }: Props) {
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <div className="modal-backdrop" />
        <Dialog.Content
          className={isWide ? "modal modal-wide" : "modal"}
          onSubmit={(event) => event.stopPropagation()}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <header className="modal-head">
            <Dialog.Title className="modal-title">{title}</Dialog.Title>
            <Dialog.Close className="icon-button" aria-label={text.close}>
              <Icon name="close" />
            </Dialog.Close>
          </header>
          {description && <Dialog.Description className="modal-description">{description}</Dialog.Description>}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
