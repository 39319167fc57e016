import { Notice } from "@/components/notice";

/** Next sends this along with every page, so it is short. */
export default function NotFound() {
  return (
    <Notice title="Not found" heading="There is nothing here" testId="not-found">
      <p>Please check the address. An order is found under its full address only.</p>
      <a href="/">To the first page</a>
    </Notice>
  );
}
