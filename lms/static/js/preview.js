/* A lesson as its author looks at it: questions and scenarios work, and nothing is saved. */
import { setUpKinds } from "./kinds.js";
import "./scenario.js";

document.documentElement.classList.add("scripted");
setUpKinds();
