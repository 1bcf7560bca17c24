"""The ground of every page: base template and macros, theme and fonts, words and dates, headers, forms' tokens, errors.

`lti_tool.web.setup.init_web` puts it all into a Flask application. Pages of other rooms extend ``base.html``, import
macros from ``parts/*.html`` and tell this room about a request through ``flask.g``:

==================== =================================================================================================
``g.locale``          the person's language, ``"nl"`` or ``"en"``, from the session
``g.theme``           ``"light"`` or ``"dark"``, when the person chose one
``g.session_id``      the id of the server-side session; a form's token holds for this session alone
``g.frame_ancestors`` list of origins that may frame this page; without it nobody may
``g.form_action``     list of origins, besides our own, that a form on this page may post to
``g.referrer_policy`` what this page tells other sites of its address, ``"same-origin"`` by default
``g.brand``           the words beside the mark (the training's title), where a page sets none itself
``g.platform_name``   the learning environment, for the error page
``g.back_url``        the address of the course in the learning environment, for the error page
``g.way_on``          text and url of the way on, for the error page in a window of our own (`own_window`)
``g.other_way``       text and url for whoever is not a participant, on the page of an ended session in our own window
``g.sign_in_url``     where somebody whose session has ended signs in again and comes back, instead of an error page
==================== =================================================================================================
"""
