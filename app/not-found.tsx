import { Notice } from "@/components/notice";
import { ORDER } from "@/components/test-ids";

/** Next sends this along with every page, so it is short. */
export default function NotFound() {
  return (
    <Notice title="Not found" heading="There is nothing here" testId={ORDER.notFound}>
      <p>Please check the address. An order is found under its full address only.</p>
      <a href="/">To the first page</a>
    </Notice>
  );
}
