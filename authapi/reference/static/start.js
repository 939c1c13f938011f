// Swagger UI is dark where its root says so; the page follows the system.
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

const place = document.getElementById("swagger-ui");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.description,
  deepLinking: true,
  persistAuthorization: false,
  validatorUrl: null,
});
