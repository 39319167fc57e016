import { NotFoundNotice } from "@/components/not-found";

export default NotFoundNotice;
