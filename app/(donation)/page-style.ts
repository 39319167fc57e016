/**
 * What the parts of the tip page add to `app/globals.css`, served by a route of its own, so that the page stays one import
 * away from being without it.
 */
export const PAGE_STYLE = `.goal{display:grid;gap:.5rem}
.goal label,.wall h2{font-size:1.125rem;font-weight:600;letter-spacing:0}
progress{width:100%;height:.75rem;accent-color:var(--accent)}
.wall ul{margin:0;padding:0;list-style:none}
/* No name leaves its line, whatever marks it stacks. */
.wall li{display:flex;justify-content:space-between;gap:1rem;padding:.4rem 0;border-bottom:1px solid var(--line);overflow:hidden}
.wall span{flex:none;color:var(--soft)}
/* Beside the form, under the merchant; the last row takes what the form is taller. */
@media(min-width:56rem){
.tip{grid-template-rows:auto auto auto auto 1fr;row-gap:2rem}
.tip>*{grid-column:1}
.tip>.card{grid-area:1/2/span 5}
.tip>.hint{grid-row:1}
.hint+.card{grid-row:2/span 4}
}
`;
