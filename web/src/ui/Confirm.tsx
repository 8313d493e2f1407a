/** Asks once more before something that cannot be taken back. */
import { text } from "../text";
import { Modal } from "./Modal";

interface Props {
  title: string;
  description: string;
  action: string;
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
}

export function Confirm({ title, description, action, isOpen, onClose, onConfirm }: Props) {
  return (
    <Modal title={title} description={description} isOpen={isOpen} onClose={onClose}>
      <div className="buttons">
        <button type="button" className="button" onClick={onClose}>
          {text.cancel}
        </button>
        <button type="button" className="button button-danger" onClick={() => (onClose(), onConfirm())}>
          {action}
        </button>
      </div>
    </Modal>
  );
}
