/* From a file, a browser lets no page read another: the search then shows its finds without the lines around them, in place of an error for each. */
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
